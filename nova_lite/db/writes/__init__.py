"""Writes: plain functions, one file per aggregate, for use inside ``Database.transact``.

Changes are conditional updates, or run under the lock of the row that they start from. Locks are taken in one order
everywhere: project, instance, operation, allocation, compute node; whoever needs several starts with the instance.
"""
