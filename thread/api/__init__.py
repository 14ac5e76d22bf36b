"""How is the thread asked by GraphQL? ``app.create_app`` serves it, ``engine.Engine`` answers in this process."""
