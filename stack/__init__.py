"""The package behind stack.sh and unstack.sh: a whole cloud on one machine, and private servers for tests.

Standard library only, for it runs before there is a virtual environment and after it is gone.
"""
