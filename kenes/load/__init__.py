"""Load clients that verify what they read: for `kenes load`, the benchmarks and the fault drills."""
