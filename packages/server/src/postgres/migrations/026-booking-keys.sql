-- What is kept of bookings is locked with a key of its own for each writing, which is sealed under the account's key and deleted
-- with it. The keys are in a table that is in no write-ahead log, no base backup and on no replica, and that is written anew with
-- each purge: what is left of a purged booking anywhere can be opened by nobody. What was kept before is read from calendars again.
delete from room_booking;
alter table room_booking rename column sealed_bookings to locked_bookings;

create unlogged table room_booking_key (
  account_id uuid not null references account on delete cascade,
  room_id uuid not null,
  day date not null,
  sealed_key bytea not null,
  primary key (account_id, room_id, day),
  foreign key (account_id, room_id) references app_user on delete cascade
);

alter table room_booking_key enable row level security;
alter table room_booking_key force row level security;
create policy by_account on room_booking_key using (
  account_id = (select case when current_setting('kalends.account_id', true) ~ '^[0-9a-f-]{36}$'
    then current_setting('kalends.account_id', true)::uuid end)
  or (select current_setting('kalends.account_id', true) = 'system'));
