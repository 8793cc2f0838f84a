"""
mail -> order -> document -> pages -> fax -> call -> outcome -> reply.
"""
