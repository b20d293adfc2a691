"""The auditor: what should agree, does it? Records among themselves, and records with what hosts really have."""

from nova_lite.conductor.audit.auditor import Auditor

__all__ = ["Auditor"]
