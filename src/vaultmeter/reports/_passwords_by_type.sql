/*
title = "Passwords by type"
answers = "How many items of each type the password manager held at the end of the last calendar month of the range."
bucket = "month"
definitions = ["stored_passwords"]
columns = [
    ["type", "Type"],
    ["items", "Items", "integer"],
]
*/
select
    type,
    count(*) as items
from items
where product = 'pm'
    and seen < $period_end
    and coalesce(deleted >= $period_end, true)
group by type
order by items desc, type
