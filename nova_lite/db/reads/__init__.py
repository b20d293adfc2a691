"""Reads: plain functions, one file per aggregate. A Tx comes first, objects come out."""
