"""Dispatch from files: tables and maps in, plans out."""
