"""The contact confirms by a link, without an account: yes, we spoke."""
