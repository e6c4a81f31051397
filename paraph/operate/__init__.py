"""Keeping an installation: is it well, does what must hold hold, how it is put away and brought back.

Shows nothing and decides nothing about orders: the command line (`config`) and the faces ask it, and it reads all
that lies below.
"""
