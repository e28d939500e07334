"""Order-X: orders, their changes and the answers to them as Cross Industry Orders (UN/CEFACT D20B)."""
