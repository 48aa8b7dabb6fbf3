module studio/relay

go 1.25
