"""Set-up from nothing but a Python: both environments, then what ``hotline setup`` makes.

Standard library only, because it runs before anything is installed. Each step remembers a
fingerprint of what went in and does nothing while that is unchanged; an interrupted step leaves
either its old state or a mark that makes the next run start it again.
"""
