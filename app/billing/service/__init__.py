"""Commands of billing: issue, render, export."""
