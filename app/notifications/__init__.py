"""Who is told what: mails and notices on the page, one row per message and person.

Standing decisions
* A notice is one file of `notices/` with two templates; an event or a call of `tell` starts it.
* Its words are made when it leaves, in the recipient's language, from facts as they are then; what is not wanted any
  more is dropped at that moment.
* The row is the record of what was said; a link that opens doors is not kept in it.
"""
