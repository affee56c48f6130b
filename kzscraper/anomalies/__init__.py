"""Judging what was read."""

from kzscraper.anomalies.verdict import Finding, Severity, Verdicts

__all__ = ["Finding", "Severity", "Verdicts"]
