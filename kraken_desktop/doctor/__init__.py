"""What is wrong with a profile, and what to do about it: each thing it needs is tried once, with one tiny object."""

from kraken_desktop.doctor.doctor import Doctor
from kraken_desktop.doctor.notes import Tell

__all__ = ["Doctor", "Tell"]
