-- A video system can be switched off, and one that is left behind keeps nothing of its room: its list is taken away from it.
alter table device
  add column is_enabled boolean not null default true,
  add column start_buffer_minutes integer not null default 5 check (start_buffer_minutes between 0 and 30),
  add column end_buffer_minutes integer not null default 0 check (end_buffer_minutes between 0 and 30),
  -- What it has is not for it any more, and is taken away before anything else.
  add column must_clear boolean not null default false,
  -- Removed by somebody, and here until its list is taken away from it, or somebody has seen that it was not.
  add column removed_at timestamptz,
  -- Wrong passwords given for it at our door since its password was made.
  add column wrong_count integer not null default 0 check (wrong_count >= 0),
  add column wrong_at timestamptz;

drop index device_to_take;
create index device_to_take on device (held_until)
  where address is not null and (must_clear or (is_enabled and removed_at is null));
