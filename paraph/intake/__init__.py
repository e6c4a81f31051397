"""INTAKE: files of others become pages we can trust; bytes in, bytes out, in a child process with limits. No Django."""
