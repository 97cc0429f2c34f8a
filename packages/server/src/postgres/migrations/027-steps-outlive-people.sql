-- Whoever is removed while their connection is being revoked is still told of at their provider: a step no longer goes with its
-- person. Nor does each of 20,000 steps look whether the person is there, who was found by the same statement.
alter table revocation_step drop constraint revocation_step_account_id_user_id_fkey;
-- Whose connection waits to be removed already is not revoked once more.
create index revocation_step_waiting on revocation_step (account_id, connection_id) where state = 'waiting';
