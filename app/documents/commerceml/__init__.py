"""CommerceML 2 as 1C and the shops around it write it: 2.03 to 2.10, with and without namespace."""
