"""What a service is, and the processes every service runs as."""
