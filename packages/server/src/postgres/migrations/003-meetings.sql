-- Meetings and the events that carry their links. Neither title nor time is kept: what both sides last agreed on stands
-- as keyed digests, so that it can be told which side changed.
alter table account add column is_sync_on boolean not null default true;

create table user_group (
  account_id uuid not null references account on delete cascade,
  group_id uuid not null,
  name text not null check (length(name) between 1 and 120),
  is_sync_on boolean,
  primary key (account_id, group_id)
);

create table group_member (
  account_id uuid not null,
  user_id uuid not null,
  group_id uuid not null,
  primary key (account_id, user_id),
  foreign key (account_id, user_id) references app_user on delete cascade,
  foreign key (account_id, group_id) references user_group on delete cascade
);

create table meeting (
  account_id uuid not null,
  meeting_id uuid not null,
  user_id uuid not null,
  backend text not null,
  backend_id text check (length(backend_id) <= 200),
  state text not null check (state in ('making', 'live', 'ending', 'ended')),
  key text not null check (length(key) = 32),
  revision integer not null check (revision > 0),
  is_recurring boolean not null,
  scheduled_until timestamptz,
  last_started_at timestamptz,
  created_at timestamptz not null,
  review_at timestamptz not null,
  primary key (account_id, meeting_id),
  unique (account_id, user_id, key),
  foreign key (account_id, user_id) references app_user on delete cascade
);
create index meeting_by_backend on meeting (account_id, backend, backend_id);
create index meeting_by_review on meeting (review_at) where state <> 'ended';

create table meeting_link (
  account_id uuid not null,
  calendar_id uuid not null,
  event_id text not null check (length(event_id) <= 4096),
  meeting_id uuid not null,
  role text not null check (role in ('driver', 'copy')),
  version text not null,
  agreed_topic bytea check (length(agreed_topic) = 16),
  agreed_schedule bytea check (length(agreed_schedule) = 16),
  ends_at timestamptz,
  held_at timestamptz,
  primary key (account_id, calendar_id, event_id),
  foreign key (account_id, calendar_id) references calendar on delete cascade,
  foreign key (account_id, meeting_id) references meeting on delete cascade
);
create index meeting_link_by_meeting on meeting_link (account_id, meeting_id);

do $$
declare
  name text;
begin
  foreach name in array array['user_group', 'group_member', 'meeting', 'meeting_link'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format(
      'create policy by_account on %I using (current_setting(''kalends.account_id'', true) = ''system'' or account_id::text = current_setting(''kalends.account_id'', true))',
      name
    );
  end loop;
end
$$;
