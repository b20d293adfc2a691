"""The database: the only room that knows SQL. Objects of ``nova_lite.objects`` go in and come out, rows never do.

``session`` opens it, ``reads`` and ``writes`` hold one file of plain functions per aggregate, ``models`` the tables,
``migration`` brings the schema up and down.
"""
