-- A room whose calendar is connected can be in trouble, too: since when, as the portal says.
alter table room add column problem_at timestamp with time zone;
