-- Each of 20,000 steps asked whether there is the revocation that the same transaction had written: a quarter of the time
-- until no secret is left. A step still goes with its person, and so with the account.
alter table revocation_step drop constraint revocation_step_account_id_revocation_id_fkey;
