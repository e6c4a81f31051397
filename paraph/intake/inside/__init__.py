"""What runs in the child process, on bytes nobody vouches for. Imported by the child alone."""
