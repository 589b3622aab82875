"""This computer's engine: one small module a format, and the child processes they run in.

The program itself imports ``engine`` and ``protocol`` only: no decoder is ever loaded outside a child.
"""
