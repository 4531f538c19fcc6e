"""Work that goes on without a reader waiting: durable jobs, done by a worker beside the server."""
