-- What a change of policy removes is told to providers as what somebody revokes: until that is done, it is one of these.
alter table revocation drop constraint revocation_scope_kind_check;
alter table revocation add constraint revocation_scope_kind_check check (scope_kind in ('connection', 'group', 'tenant', 'policy'));
