import"./part-SF62OZY6.js";import"./part-ZB7YTQVJ.js";import"./part-EE5YQO43.js";
