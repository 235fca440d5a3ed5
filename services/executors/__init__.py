"""What touches a target: one engine a file, guarded by scope, bounded in time, output, memory and processes.

An executor runs in a child process of its own (`python -m services.executors NAME`), so that whatever a
hostile target does to it ends with that process. Nothing here knows a database, a message format of the mesh,
or a tenant.
"""
