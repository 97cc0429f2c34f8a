-- Connections that are listened to over a stream of ours, and which node does so until when. A node that was killed
-- renews no more, and another one takes what it had.
create table listening (
  account_id uuid not null,
  connection_id uuid not null,
  asked_at timestamptz not null,
  node_id uuid,
  leased_until timestamptz not null,
  listening_since timestamptz,
  primary key (account_id, connection_id),
  foreign key (account_id, connection_id) references connection on delete cascade
);
create index listening_by_lease on listening (leased_until);
create index listening_by_node on listening (node_id) where node_id is not null;

alter table listening enable row level security;
alter table listening force row level security;
create policy by_account on listening using (current_setting('kalends.account_id', true) = 'system' or account_id::text = current_setting('kalends.account_id', true));
