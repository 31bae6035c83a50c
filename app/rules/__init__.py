"""What Medicare says of a care management month: pure functions over frozen values. No Qt, SQL, files or clock."""
