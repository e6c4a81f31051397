"""INTAKE: files of others become pages we can trust; bytes in, bytes out, in a child process with limits. No Django.

``taking`` makes a clean PDF of any file, ``pictures`` makes images of its pages, ``judging`` says which sent paper came
back and what was added to it. ``inside`` is what runs in the child, and is imported by nobody else.
"""
