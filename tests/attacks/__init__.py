"""One file for each attack of the security lines: every test fails when its defence is taken away."""
