-- The log is looked through by what was done, and by who did it; most of it is done by the service.
create index audit_by_action on audit (account_id, action, sequence);
create index audit_by_person on audit (account_id, actor, sequence) where actor_kind = 'user';
