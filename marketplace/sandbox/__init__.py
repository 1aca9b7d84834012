"""The practice marketplace: a real server for the contract in ../openapi.yaml, with customers who act.

What is where:
  __main__, serving    the command line and the running process
  app, guard, access   the web application, what every request passes, who is asking
  oauth                sign-in: the page in the browser, codes, tokens
  reads, writes, feed  the endpoints: questions, commands, pokes
  noticeboard          who waits for a change hears of it
  moves, commands      the conflict rules, and one effect for one key
  rivals               one time, several writers
  ledger, schema,      the account's rows and change number, the tables,
  database, sealed     SQLite or PostgreSQL, cursors
  intake, problems     what comes in is checked, what goes wrong is said
  customers, script,   who invites, what happens when,
  practice, controls   the runner that plays it, and the levers for tests and the tour
  seeding, invitations many made-up requests, one made-up request
"""
