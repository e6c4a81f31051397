"""Speed and size, measured beside what the same machine can do at best: `make bench`, `python -m benchmarks --help`."""
