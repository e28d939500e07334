"""Reads of the catalogue. Articles are the same for all companies; own numbers belong to one."""
