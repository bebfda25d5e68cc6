"""Flask plumbing: the session of a request, access, forms sent twice, errors, paging."""
