"""The other systems that benchmarks compare with. The programs here run under an interpreter of their own."""
