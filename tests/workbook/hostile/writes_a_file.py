# Says: may not write files (score.json)
with open("score.json", "w") as file:
    file.write('{"points": 300}')
