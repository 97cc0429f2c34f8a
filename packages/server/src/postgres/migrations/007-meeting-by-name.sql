-- A join link says nothing of an account: meetings are looked for by the service's name for them alone. Names are
-- as good as unique, so that the account adds nothing to the index.
drop index meeting_by_backend;
create index meeting_by_backend on meeting (backend, backend_id);
