-- What was done with one meeting, and why.
create index audit_by_subject on audit (account_id, subject_id, sequence);
