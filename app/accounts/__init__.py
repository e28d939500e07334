"""Companies (operator, customer accounts, suppliers), people in roles, addresses, sign-in.

Standing decisions
* The company is the tenant; a person belongs to no single company and has one membership, so one role, in each.
* Block and credit hold are two flags: a block stops every buying path, a hold only buying on account.
* What is mailed (invitation, new password, state of a registration) is derived from the row and the secret key, so
  that neither the tables nor the record of sent mails hold a working link.
* A registration makes no person before its e-mail address has proved itself by an accepted invitation.
"""
