"""Whole journeys through real pages in a real browser."""
