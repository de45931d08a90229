"""A local OpenID provider whose people are invented: anybody who reaches it may be anybody.

It exists so that a newcomer and the tests can sign in without an account anywhere. It refuses to start outside the
environments `local` and `test`, answers only to loopback names, and has no passwords. Start it with
`python -m kenes.local.identity_provider --port 8090`.
"""
