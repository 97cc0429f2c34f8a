-- Counting the steps of many rollouts at once reads this index alone.
drop index rollout_step_by_state;
create index rollout_step_by_state on rollout_step (account_id, rollout_id, state) include (problem_kind, problem_code);
