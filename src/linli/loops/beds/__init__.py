"""Who is in which bed, who is on the way to one, and which bed fits whom?"""
