"""What is due is sent, by as many tries as it takes, and each try is reported."""
