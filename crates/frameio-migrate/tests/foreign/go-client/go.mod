module example.com/dailies

go 1.22
